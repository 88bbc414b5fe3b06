"""Duties: lists by post (清单), tasks, activities (谈话, 家访, 承诺书, 培训, 自查, 三会一课) and honours."""
