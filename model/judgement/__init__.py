"""Judgement: what facts mean once they are held against time, peers, goalposts and hard rules."""

from model.judgement.declaration import Rules, rules

__all__ = ["Rules", "rules"]
