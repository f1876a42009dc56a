-- Owns buffers that no file stands behind, and the windows that they are shown in.
-- It must not know what is in them. Nothing in such a buffer is ever run: no modelines, no files.

local M = {}

---Return a buffer of this name, which nobody can change by typing; the same one each time.
---@param name string
---@param filetype string? for what a person's configuration does with it
---@return integer bufnr
function M.scratch(name, filetype)
  local bufnr = vim.fn.bufnr('^' .. vim.fn.escape(name, '*?[]{}\\,') .. '$')
  if bufnr < 0 then
    bufnr = vim.api.nvim_create_buf(false, true)
    vim.api.nvim_buf_set_name(bufnr, name)
  end
  vim.bo[bufnr].buftype = 'nofile'
  vim.bo[bufnr].swapfile = false
  vim.bo[bufnr].undofile = false
  vim.bo[bufnr].modeline = false
  vim.bo[bufnr].modifiable = false
  vim.bo[bufnr].bufhidden = 'hide'
  if filetype and vim.bo[bufnr].filetype ~= filetype then
    vim.bo[bufnr].filetype = filetype
  end
  return bufnr
end

---Return the lines of a text; the end of the last one begins no other.
---@param text string
---@return string[]
function M.lines(text)
  return vim.split((text:gsub('\n$', '')), '\n')
end

---Replace all lines, or those from `first` (from 0) on.
---@param bufnr integer
---@param lines string[]
---@param first integer?
function M.fill(bufnr, lines, first)
  local was = vim.bo[bufnr].modifiable
  vim.bo[bufnr].modifiable = true
  vim.api.nvim_buf_set_lines(bufnr, first or 0, -1, false, lines)
  vim.bo[bufnr].modifiable = was
  vim.bo[bufnr].modified = false
end

---Colour a buffer as code or Markdown: without its type's scripts, which are for files.
---@param bufnr integer
---@param filetype string
function M.colour(bufnr, filetype)
  local language = vim.treesitter.language.get_lang(filetype)
  if not (language and pcall(vim.treesitter.start, bufnr, language)) then
    vim.bo[bufnr].syntax = filetype
  end
end

---Tell whether a window may be opened, and the cursor taken, without being in a person's way.
---@return boolean
function M.is_idle()
  return vim.api.nvim_get_mode().mode == 'n' and vim.fn.getcmdwintype() == ''
end

---@param win integer
local function calm(win)
  local set = vim.wo[win][0]
  set.number, set.relativenumber, set.list = false, false, false
  set.signcolumn, set.foldcolumn, set.spell = 'no', '0', false
  set.wrap, set.linebreak, set.breakindent = true, true, true
  -- What is there is what is seen.
  set.conceallevel = 0
end

---Show a buffer beside what is there, where it is not shown already; the cursor stays.
---@param bufnr integer
---@param kind 'split'|'vsplit'|'float'
---@return integer win
function M.split(bufnr, kind)
  local win = vim.fn.bufwinid(bufnr)
  if win ~= -1 then
    return win
  end
  if kind == 'float' then
    local width = math.min(100, vim.o.columns - 4)
    local height = math.max(math.min(25, vim.o.lines - 6), 3)
    win = vim.api.nvim_open_win(bufnr, false, {
      relative = 'editor',
      width = width,
      height = height,
      row = math.floor((vim.o.lines - height) / 2) - 1,
      col = math.floor((vim.o.columns - width) / 2),
      border = 'rounded',
      style = 'minimal',
    })
  elseif kind == 'vsplit' then
    local width = math.floor(vim.o.columns * 0.45)
    win = vim.api.nvim_open_win(bufnr, false, { split = 'right', win = -1, width = width })
  else
    local height = math.max(math.floor(vim.o.lines / 3), 5)
    win = vim.api.nvim_open_win(bufnr, false, { split = 'below', win = -1, height = height })
  end
  calm(win)
  return win
end

---Say above a window what it is, and more, which is shown as it is.
---@param win integer
---@param title string
---@param text string
function M.bar(win, title, text)
  local literal = text:gsub('%c', ' '):gsub('%%', '%%%%')
  vim.wo[win][0].winbar = ('%%#Title# %s %%* %s'):format(title, literal)
end

---Return what can be pressed, for a bar.
---@param keys table<string, string|false>
---@param offered string[][] an action and what it does
---@return string
function M.offer(keys, offered)
  local parts = {} ---@type string[]
  for _, it in ipairs(offered) do
    if keys[it[1]] then
      table.insert(parts, ('%s %s'):format(keys[it[1]], it[2]))
    end
  end
  return table.concat(parts, '  ')
end

---Show the keys of a view, until the next key.
---@param title string
---@param keys table<string, string|false>
---@param actions glossator.Action[]
local function help(title, keys, actions)
  local lines = {} ---@type string[]
  for _, it in ipairs(actions) do
    if keys[it.name] then
      table.insert(lines, (' %-8s %s '):format(keys[it.name], it.what))
    end
  end
  vim.lsp.util.open_floating_preview(lines, '', {
    border = 'rounded',
    title = (' %s '):format(title),
    close_events = { 'CursorMoved', 'BufLeave', 'InsertEnter' },
    focusable = false,
  })
end

---@class glossator.Action what a key does in a view
---@field name string as in the options
---@field what string
---@field run fun()

---Map keys of a buffer: each action has a `<Plug>` mapping, and the key that a person chose for it.
---The last action is to show them all.
---@param bufnr integer
---@param title string
---@param keys table<string, string|false>
---@param actions glossator.Action[]
function M.map(bufnr, title, keys, actions)
  local all = vim.list_slice(actions)
  table.insert(all, {
    name = 'help',
    what = 'these keys',
    run = function()
      help(title, keys, all)
    end,
  })
  for _, it in ipairs(all) do
    local plug = ('<Plug>(glossator-%s)'):format(it.name:gsub('_', '-'))
    vim.keymap.set('n', plug, it.run, { buffer = bufnr, desc = it.what })
    if keys[it.name] then
      vim.keymap.set('n', keys[it.name], plug, {
        buffer = bufnr,
        desc = it.what,
        remap = true,
        nowait = true,
      })
    end
  end
end

return M
