"""Thin HTTP over the models and rules; no maths here."""
