"""The API over HTTP: parse, call one service, return."""
