-- Owns how a command reaches the server: which client, which place, and what went wrong.
-- It must not know what the commands do.

local program = require('glossator.program')
local say = require('glossator.say')

local M = {}

---Return the client for a buffer, or any other where the buffer is of no file of its own.
---@param bufnr integer
---@return vim.lsp.Client?
function M.client(bufnr)
  local here = vim.lsp.get_clients({ name = 'glossator', bufnr = bufnr })[1]
  if here then
    return here
  end
  local of_view = vim.b[bufnr].glossator_client
  return of_view and vim.lsp.get_client_by_id(of_view)
    or vim.lsp.get_clients({ name = 'glossator' })[1]
end

---Say in one sentence why there is no client here.
---@param bufnr integer
---@return string
function M.why_not(bufnr)
  local _, problem = program.find()
  if problem then
    return problem
  end
  -- The first releases of 0.11 cannot tell.
  if vim.lsp.is_enabled and not vim.lsp.is_enabled('glossator') then
    return "it is not enabled: put `vim.lsp.enable('glossator')` into your init.lua."
  end
  local filetypes = vim.lsp.config.glossator.filetypes or {}
  if not vim.list_contains(filetypes, vim.bo[bufnr].filetype) then
    return ('files of the type "%s" are not read: open one of %s.'):format(
      vim.bo[bufnr].filetype,
      table.concat(filetypes, ', ')
    )
  end
  return 'the server does not run: `:Glossator restart` starts it, `:Glossator log` says more.'
end

---@param client vim.lsp.Client
---@param bufnr integer
---@return boolean
function M.is_open(client, bufnr)
  return client.attached_buffers[bufnr] ~= nil
end

---Return the cursor, or the lines that were given, as the server counts them.
---@param client vim.lsp.Client
---@param lines { first: integer, last: integer }? from 1
---@return lsp.Range
local function range(client, lines)
  local encoding = client.offset_encoding
  if not lines then
    return vim.lsp.util.make_range_params(0, encoding).range
  end
  local text = vim.api.nvim_buf_get_lines(0, lines.last - 1, lines.last, false)[1] or ''
  return {
    start = { line = lines.first - 1, character = 0 },
    ['end'] = { line = lines.last - 1, character = vim.str_utfindex(text, encoding) },
  }
end

---Return the place that a command is about: nothing where the current buffer is not open there.
---@param client vim.lsp.Client
---@param lines { first: integer, last: integer }?
---@return glossator.Target
function M.target(client, lines)
  local bufnr = vim.api.nvim_get_current_buf()
  if not M.is_open(client, bufnr) then
    return {}
  end
  return {
    uri = vim.uri_from_bufnr(bufnr),
    version = vim.lsp.util.buf_versions[bufnr],
    range = range(client, lines),
  }
end

---Return the same without a place in the file.
---@param client vim.lsp.Client
---@return glossator.Target
function M.whole_file(client)
  local target = M.target(client)
  target.range = nil
  return target
end

---Run a command; say in one sentence what went wrong.
---@param client vim.lsp.Client
---@param command string without `glossator.`
---@param argument table
---@param on_result fun(result: any)?
---@param on_failure fun()?
function M.run(client, command, argument, on_result, on_failure)
  local params = {
    command = 'glossator.' .. command,
    arguments = { next(argument) and argument or vim.empty_dict() },
  }
  local bufnr = vim.api.nvim_get_current_buf()
  local sent = client:request('workspace/executeCommand', params, function(err, result)
    if err then
      say.error(err.message)
      if on_failure then
        on_failure()
      end
    elseif on_result then
      on_result(result)
    end
  end, M.is_open(client, bufnr) and bufnr or nil)
  if not sent then
    say.error('the server does not listen any more: `:Glossator restart` starts it again.')
    if on_failure then
      on_failure()
    end
  end
end

return M
