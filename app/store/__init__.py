"""PostgreSQL: the truth and the referee. One statement, one .sql file; its first line is its promise."""
