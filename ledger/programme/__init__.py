"""Programmes: initiatives (八大行动, 六个清廉单元, 五个一), assessments (考评), posted problems (揭榜领题)."""
