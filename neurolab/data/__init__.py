"""What simulations return and analyses take: trajectories and spike trains."""
