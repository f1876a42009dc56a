-- Owns what the servers said: their messages, and what they wrote to their standard error.
-- It must not show anything before it is asked to.

local windows = require('glossator.windows')

local M = {}

local MOST = 500
local MOST_BYTES = 200000

---@type string[]
local lines = {}

---@param client_id integer
---@param message string
function M.note(client_id, message)
  local head = ('%s  %d  '):format(os.date('%H:%M:%S'), client_id)
  for index, it in ipairs(vim.split(message, '\n')) do
    table.insert(lines, (index == 1 and head or (' '):rep(#head)) .. it)
  end
  while #lines > MOST do
    table.remove(lines, 1)
  end
end

---Return what the servers wrote to their standard error lately, as Neovim's log has it.
---@return string[]
local function errors()
  local file = io.open(vim.lsp.log.get_filename(), 'r')
  if not file then
    return {}
  end
  local size = file:seek('end')
  file:seek('set', math.max(0, size - MOST_BYTES))
  local found = {} ---@type string[]
  for line in file:lines() do
    if line:find('glossator', 1, true) and line:find('stderr', 1, true) then
      -- The last field is the text as a literal of Lua's.
      local text = line:match('"stderr"%s+"(.*)"%s*$') or line
      vim.list_extend(found, vim.split((text:gsub('\\n', '\n'):gsub('\\(.)', '%1')), '\n'))
    end
  end
  file:close()
  return found
end

function M.open()
  local shown = { 'What the server said:', '' }
  vim.list_extend(shown, lines)
  vim.list_extend(shown, { '', ('What it wrote to %s:'):format(vim.lsp.log.get_filename()), '' })
  vim.list_extend(shown, errors())
  local bufnr = windows.scratch('glossator://log', 'glossator-log')
  windows.fill(bufnr, shown)
  local win = windows.split(bufnr, 'split')
  vim.api.nvim_set_current_win(win)
  vim.api.nvim_win_set_cursor(win, { vim.api.nvim_buf_line_count(bufnr), 0 })
end

return M
