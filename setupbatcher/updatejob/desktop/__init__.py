"""The desktop: closing applications, showing notifications, starting programs and opening documents.

Each module imports the library that it needs when it is used; where there is none, or no desktop, it says so.
"""
