-- Owns how tests drive a real Neovim: open a file, ask for a code action, wait, tell what happened.
-- It uses only what every user has: Neovim's own LSP client and its commands.

local M = { messages = {}, progress = {} }

-- What takes longer than this on a busy machine does not come; a real model takes its time.
M.patience_ms = 30000

---Wait until `predicate` holds, processing events; raise an error that says what did not come.
---@param what string
---@param predicate fun(): any
function M.wait(what, predicate)
  assert(vim.wait(M.patience_ms, predicate, 5), 'waited in vain for ' .. what)
end

---Set the server up as the README says, and open a file with it.
---@param command string[]
---@param path string
function M.open(command, path)
  vim.lsp.config('glossator', {
    cmd = command,
    filetypes = { 'c', 'python' },
    root_dir = vim.fs.dirname(path),
    on_exit = function(status)
      M.exit_status = status
    end,
    handlers = {
      ['window/showMessage'] = function(_, params)
        table.insert(M.messages, params.message)
        return vim.NIL
      end,
    },
  })
  vim.api.nvim_create_autocmd('LspProgress', {
    callback = function(event)
      table.insert(M.progress, event.data.params.value)
    end,
  })
  vim.lsp.enable('glossator')
  vim.cmd.edit(vim.fn.fnameescape(path))
  M.wait('the server', function()
    return M.client() and M.client().initialized
  end)
end

---@return vim.lsp.Client?
function M.client()
  return vim.lsp.get_clients({ bufnr = 0, name = 'glossator' })[1]
end

---Put the cursor on the first place where `text` stands.
---@param text string
function M.go_to(text)
  vim.api.nvim_win_set_cursor(0, { 1, 0 })
  assert(vim.fn.search('\\V' .. vim.fn.escape(text, '\\'), 'cW') > 0, 'there is no ' .. text)
end

---Run the code action with this title at the cursor, as `gra` does when a person picks it.
---@param title string
function M.act(title)
  vim.lsp.buf.code_action({
    apply = true,
    filter = function(action)
      return action.title == title
    end,
  })
end

---@param name string
---@param place string? where the cursor goes, if the name alone stands elsewhere first
function M.document(name, place)
  M.go_to(place or name .. '(')
  M.act('Document `' .. name .. '`')
end

---Wait until the text is another one than it was.
function M.wait_for_change()
  local tick = vim.b.changedtick
  M.wait('a change of the text', function()
    return vim.b.changedtick ~= tick
  end)
end

---@param kind 'begin'|'report'|'end'
---@param words string?
function M.wait_for_progress(kind, words)
  M.wait('progress: ' .. kind .. ' ' .. (words or ''), function()
    return vim.iter(M.progress):any(function(value)
      return value.kind == kind and (words == nil or (value.message or ''):find(words, 1, true))
    end)
  end)
end

---@return string
function M.text()
  return table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), '\n')
end

---Run a scenario, write what it returns as JSON, and leave.
---@param scenario fun(): table
---@param report string
function M.run(scenario, report)
  local ok, result = xpcall(scenario, debug.traceback)
  local told = {
    ok = ok,
    result = result,
    messages = M.messages,
    progress = M.progress,
    vim = vim.api.nvim_exec2('messages', { output = true }).output,
  }
  vim.fn.writefile({ vim.json.encode(told) }, report)
  for _, client in ipairs(vim.lsp.get_clients()) do
    client:stop()
  end
  vim.wait(5000, function()
    return #vim.lsp.get_clients() == 0
  end, 5)
  vim.cmd('qall!')
end

return M
