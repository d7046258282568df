// Preloads nothing.
