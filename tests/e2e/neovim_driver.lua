-- Owns how tests drive a real Neovim: open a file, ask for a code action, wait, tell what happened.
-- It uses only what every user has: Neovim's own LSP client and its commands.

local M = { messages = {}, log = {}, progress = {}, questions = {}, shown = {} }

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
---@param root string? the project's folder, if it is not the file's
function M.open(command, path, root)
  vim.lsp.config('glossator', {
    cmd = command,
    filetypes = { 'c', 'python' },
    root_dir = root or vim.fs.dirname(path),
    on_exit = function(status)
      M.exit_status = status
    end,
    handlers = {
      ['window/showMessage'] = function(_, params)
        table.insert(M.messages, params.message)
        return vim.NIL
      end,
      ['window/logMessage'] = function(_, params)
        table.insert(M.log, params.message)
      end,
      ['window/showDocument'] = function(trouble, params, context, config)
        table.insert(M.shown, vim.uri_to_fname(params.uri))
        return vim.lsp.handlers['window/showDocument'](trouble, params, context, config)
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

---Return what a person sees who asks for code actions at the cursor, and pick nothing.
---@param options table?
---@return { title: string, kind: string }[]
function M.menu(options)
  local items
  local select = vim.ui.select
  vim.ui.select = function(found, _, on_choice)
    items = vim.tbl_map(function(it)
      return { title = it.action.title, kind = it.action.kind }
    end, found)
    on_choice(nil)
  end
  vim.lsp.buf.code_action(options or {})
  M.wait('the code actions', function()
    return items
  end)
  vim.ui.select = select
  return items
end

---Have another server, one of this editor's own, say what is wrong, as a compiler's server does.
---@param diagnostics lsp.Diagnostic[]
---@param version integer?
function M.complain(diagnostics, version)
  local buffer = vim.api.nvim_get_current_buf()
  if not M.complainer then
    vim.lsp.start({
      name = 'compiler',
      cmd = function(dispatchers)
        M.complainer = dispatchers
        return {
          request = function(method, _, callback)
            callback(nil, method == 'initialize' and { capabilities = {} } or vim.NIL)
            return true, 1
          end,
          notify = function() end,
          is_closing = function()
            return false
          end,
          terminate = function()
            dispatchers.on_exit(0, 0)
          end,
        }
      end,
    })
    M.wait('the other server', function()
      local other = vim.lsp.get_clients({ name = 'compiler' })[1]
      return other and other.initialized
    end)
  end
  M.complainer.notification('textDocument/publishDiagnostics', {
    uri = vim.uri_from_bufnr(buffer),
    version = version,
    diagnostics = diagnostics,
  })
  M.wait('its diagnostics', function()
    return #vim.diagnostic.get(buffer) >= #diagnostics
  end)
end

---The key that the how-to gives: code actions for all that is shown on the line.
---@param options table?
function M.for_all_servers(options)
  local here = vim.diagnostic.get(0, { lnum = vim.fn.line('.') - 1 })
  local context = { diagnostics = vim.lsp.diagnostic.from(here) }
  return vim.tbl_extend('force', { context = context }, options or {})
end

---Run the first code action whose title holds `words`, for what all servers show on the line.
---@param words string
function M.fix(words)
  vim.lsp.buf.code_action(M.for_all_servers({
    apply = true,
    filter = function(action)
      return action.title:find(words, 1, true) ~= nil
    end,
  }))
end

---Ask questions of the server as every select menu does, but keep them until they are answered.
function M.keep_questions()
  vim.ui.select = function(items, options, on_choice)
    table.insert(M.questions, {
      prompt = options.prompt,
      titles = vim.tbl_map(options.format_item, items),
      answer = function(title)
        on_choice(vim.iter(items):find(function(it)
          return it.title == title
        end))
      end,
    })
  end
end

---Wait for the server's next question.
---@return { prompt: string, titles: string[], answer: fun(title: string?) }
function M.question()
  M.asked = (M.asked or 0) + 1
  M.wait('question ' .. M.asked, function()
    return M.questions[M.asked]
  end)
  return M.questions[M.asked]
end

---@return string
function M.hover()
  local params = vim.lsp.util.make_position_params(0, M.client().offset_encoding)
  local answer = M.client():request_sync('textDocument/hover', params, M.patience_ms)
  assert(answer.result, vim.inspect({ answer, params, vim.api.nvim_get_current_line() }))
  return answer.result.contents.value
end

---@param command string
---@param argument table
---@return table what came back: `result` or `err`
function M.command(command, argument)
  return M.client():request_sync('workspace/executeCommand', {
    command = command,
    arguments = { argument },
  }, M.patience_ms)
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

---Answer the server's next questions, one after the other.
---@param answers string[]
---@return string[] what was asked
function M.answer(answers)
  return vim.tbl_map(function(title)
    local question = M.question()
    question.answer(title)
    return question.prompt
  end, answers)
end

---Return what stands in a file as a person sees it: in its buffer where there is one.
---@param name string
---@return { text: string, modified: boolean }
function M.seen(name)
  local buffer = vim.fn.bufnr(name)
  if buffer < 0 then
    return { text = table.concat(vim.fn.readfile(name), '\n'), modified = false }
  end
  vim.fn.bufload(buffer)
  local lines = vim.api.nvim_buf_get_lines(buffer, 0, -1, false)
  return { text = table.concat(lines, '\n'), modified = vim.bo[buffer].modified }
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
    log = M.log,
    shown = M.shown,
    notified = M.notified,
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
