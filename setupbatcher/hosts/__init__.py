"""Machines: this one and those reached over a network, behind one protocol (:mod:`setupbatcher.hosts.base`)."""
