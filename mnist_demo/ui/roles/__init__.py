"""Who is the teacher, and what only the teacher may do while a class is open."""
