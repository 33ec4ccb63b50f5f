"""Commands that keep an installation well."""
