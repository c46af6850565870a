"""Two uvicorn servers in one loop, and the limits no application ever sees."""
