"""Listeners to the events of a run: what a person sees, and what is kept."""
