"""Hostile load: what peers who mean harm cost those who do not."""
