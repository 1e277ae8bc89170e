"""Rules that tell, from what a training logs, what a person should know at once.

Each rule takes points as they come and keeps little of them, so that trainings may go on for days.
"""
