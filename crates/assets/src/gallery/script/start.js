// Everything above is defined; the page begins here.

start_detail();
start_grid();
