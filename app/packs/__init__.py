"""Packs: the view of an engagement, drawn as PDF for people, and the sealed bundle beside it."""
