"""Pure arithmetic of a connection's nights: cron lines, zones, slots."""
