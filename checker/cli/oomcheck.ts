#!/usr/bin/env node
console.log(`oomcheck ${process.argv.slice(2).join(' ')} (node ${process.version})`)
