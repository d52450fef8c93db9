"""What every door has in common that speaks HTTP: the address, who calls, bodies, and problems."""
