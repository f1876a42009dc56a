-- Owns prompts in Neovim: one is opened and read by the server, what came of it stands beside it.
-- It must not try anything itself; the file of the result is the server's.

local program = require('glossator.program')
local request = require('glossator.request')
local say = require('glossator.say')
local windows = require('glossator.windows')

local M = {}

---@param bufnr integer
---@return boolean
local function is_prompt(bufnr)
  local name = vim.fs.normalize(vim.api.nvim_buf_get_name(bufnr))
  return name:match('/glossator/prompts/[^/]+%.md$') ~= nil
end

---Have the server read a prompt: its mistakes are marked, and its lenses are there.
---@param client vim.lsp.Client
---@param bufnr integer
local function attach(client, bufnr)
  if not request.is_open(client, bufnr) then
    vim.lsp.buf_attach_client(bufnr, client.id)
    vim.lsp.codelens.refresh({ bufnr = bufnr })
  end
end

---@param client vim.lsp.Client
---@param name string
local function open(client, name)
  local found, problem = program.find()
  if not found then
    return say.error(problem --[[@as string]])
  end
  local command = vim.list_extend(vim.deepcopy(found.base), { 'prompt', 'show', name, '--path' })
  vim.system(
    command,
    { text = true },
    vim.schedule_wrap(function(done)
      local path = vim.trim(done.stdout or '')
      if path == '' then
        local words = vim.trim(done.stderr or ''):gsub('^glossator: ', '')
        return say.error(words)
      end
      vim.cmd.edit(vim.fn.fnameescape(path))
      attach(client, vim.api.nvim_get_current_buf())
    end)
  )
end

---Open the prompt of a name; without one, try the prompt that is here, or compare it.
---@param client vim.lsp.Client
---@param name string
---@param compares boolean
function M.run(client, name, compares)
  local bufnr = vim.api.nvim_get_current_buf()
  if name ~= '' then
    return open(client, name)
  elseif not is_prompt(bufnr) then
    return say.error('this is no prompt of yours: `:Glossator prompt NAME` opens one.')
  end
  attach(client, bufnr)
  local argument = { uri = vim.uri_from_bufnr(bufnr), compare = compares or nil }
  request.run(client, 'prompt.try', argument)
end

---Show what came of a prompt, in the window where it was shown before.
---@param trial glossator.Trial
function M.show(trial)
  local bufnr = vim.uri_to_bufnr(trial.uri)
  local was_loaded = vim.api.nvim_buf_is_loaded(bufnr)
  vim.fn.bufload(bufnr)
  if was_loaded then
    vim.api.nvim_buf_call(bufnr, function()
      vim.cmd.edit({ bang = true, mods = { silent = true } })
    end)
  end
  vim.bo[bufnr].modifiable = false
  windows.colour(bufnr, 'markdown')
  windows.split(bufnr, 'vsplit')
end

return M
