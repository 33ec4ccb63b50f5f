// Reads {lines, zone, from, until} as JSON, writes for each line the instants that croner plans.
import { Cron } from "croner";
import { readFileSync } from "node:fs";

const { lines, zone, from, until } = JSON.parse(readFileSync(0, "utf8"));
const end = new Date(until);
const planned = lines.map((line) => {
  const cron = new Cron(line, { timezone: zone, paused: true });
  const nights = [];
  for (let at = new Date(from); (at = cron.nextRun(at)) && at < end; ) nights.push(at.toISOString());
  return nights;
});
process.stdout.write(JSON.stringify(planned));
