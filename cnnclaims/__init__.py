"""A paper-knowledge graph and reproducibility checker for convolutional networks."""
