#!/usr/bin/env node
// In git, so that npm links the command before anything is built.
import '../dist/main.js';
