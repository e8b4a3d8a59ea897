"""How the scripts measure and report: clocks, processes, clients of a server, and the printed report."""
