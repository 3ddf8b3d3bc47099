package gazetteer

// Option adds to the embedded data.
type Option func(*builder) error
