// Preloads nothing.
module.exports = {};
