"""Markers: what the cells say, which ones an event writes, how a run resumes, how they reach the file."""
