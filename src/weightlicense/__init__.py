"""May we do this with this model, on what conditions, and how do you know?"""
