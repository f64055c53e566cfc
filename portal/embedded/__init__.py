"""PostgreSQL that the portal starts and stops by itself: for demo, tests and bench, never for production.

``base`` is the Django database engine (``ENGINE = "portal.embedded"``), ``server`` the life of the server.
"""
