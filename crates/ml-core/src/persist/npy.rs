//! Arrays as `.npy` and `.npz`, shared with NumPy.
