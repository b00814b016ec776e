"""What training leaves in a run directory: checkpoints, exported models, metrics for TensorBoard."""
