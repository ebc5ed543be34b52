// Everything above is defined; the page begins here.

startDetail();
startGrid();
