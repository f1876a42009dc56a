-- What luacheck holds this plugin to: Neovim's Lua, and nothing global of our own.
std = 'luajit'
read_globals = { 'vim' }
globals = { 'vim.g', 'vim.b', 'vim.w', 'vim.o', 'vim.bo', 'vim.wo', 'vim.env', 'vim.ui' }
max_line_length = 100
codes = true
