"""What crosses a process boundary: shapes, problems and ports shared by node, appliance and CLI."""
