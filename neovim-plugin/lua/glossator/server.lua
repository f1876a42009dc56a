-- Owns the server's process: that it is there, that it is started, and what follows when it ends.
-- It must not know what the server says.

local program = require('glossator.program')
local restarts = require('glossator.restarts')
local say = require('glossator.say')

local M = {}

---@type string? the last problem that was said: once is enough
local said
---@type integer[]
local breakdowns = {}
---@type table<vim.lsp.rpc.PublicClient, true> those that do not answer yet
local starting = {}

---Let Neovim go on where the program can be run; say once what is missing where it cannot.
---@param bufnr integer
---@param on_dir fun(root_dir?: string)
function M.if_there(bufnr, on_dir)
  local found, problem = program.find()
  if found then
    said = nil
    -- Without a folder Neovim goes by `root_markers`, which a person may have changed.
    on_dir()
  elseif problem ~= said and vim.api.nvim_buf_is_loaded(bufnr) then
    said = problem
    say.error(problem --[[@as string]])
  end
end

---Clear up after a server; start again where it broke down, but not for ever.
---@param code integer
---@param signal integer
---@param rpc vim.lsp.rpc.PublicClient
local function ended(code, signal, rpc)
  -- The process's end is told where nothing of the editor may be touched.
  vim.schedule(function()
    if vim.v.exiting ~= vim.NIL then
      return
    end
    starting[rpc] = nil
    require('glossator.wiring').unwire(rpc)
    if not restarts.is_breakdown(code, signal) then
      return
    end
    local again
    breakdowns, again = restarts.after(breakdowns, vim.uv.now())
    if not again then
      local words = 'the server stopped %d times in a row: `:Glossator log` says why, '
        .. '`:Glossator restart` starts it again.'
      say.error(words:format(#breakdowns))
      return
    end
    say.warn('the server stopped unexpectedly and is started again; `:Glossator log` says more.')
    -- Neovim forgets the old client first; this attaches what is open already.
    vim.schedule(function()
      vim.lsp.enable('glossator')
    end)
  end)
end

---@param dispatchers vim.lsp.rpc.Dispatchers
---@param config vim.lsp.ClientConfig?
---@return vim.lsp.rpc.PublicClient
function M.start(dispatchers, config)
  local found = assert(program.find())
  local rpc ---@type vim.lsp.rpc.PublicClient
  local with_end = vim.tbl_extend('force', dispatchers, {
    on_exit = function(code, signal)
      dispatchers.on_exit(code, signal)
      ended(code, signal, rpc)
    end,
  })
  local extra = config
    and { cwd = config.cmd_cwd, env = config.cmd_env, detached = config.detached }
  rpc = vim.lsp.rpc.start(found.command, with_end, extra)
  starting[rpc] = true
  return rpc
end

---A server answers now.
---@param rpc vim.lsp.rpc.PublicClient
function M.started(rpc)
  starting[rpc] = nil
end

---Run something in a buffer as soon as its server answers; tell whether one is starting at all.
---@param bufnr integer
---@param run fun()
---@return boolean
function M.when_started(bufnr, run)
  if not next(starting) then
    return false
  end
  vim.api.nvim_create_autocmd('LspAttach', {
    buffer = bufnr,
    callback = function(event)
      if vim.lsp.get_clients({ id = event.data.client_id, name = 'glossator' })[1] then
        vim.schedule(function()
          if vim.api.nvim_get_current_buf() == bufnr then
            run()
          end
        end)
        return true
      end
    end,
  })
  return true
end

local PAUSE_MS, PATIENCE = 50, 60

---Call back when clients that were told to stop have; those that do not listen are killed.
---@param clients vim.lsp.Client[]
---@param patience integer how many pauses they have
---@param on_end fun()
local function when_ended(clients, patience, on_end)
  local left = vim.tbl_filter(function(it)
    return not it:is_stopped()
  end, clients)
  if #left == 0 then
    return on_end()
  elseif patience == 0 then
    vim.iter(left):each(function(it)
      it:stop(true)
    end)
  end
  vim.defer_fn(function()
    when_ended(left, patience - 1, on_end)
  end, PAUSE_MS)
end

---Stop the server and start it again, when the old one has ended.
function M.restart()
  breakdowns, said = {}, nil
  local clients = vim.lsp.get_clients({ name = 'glossator' })
  vim.lsp.enable('glossator', false)
  when_ended(clients, PATIENCE, function()
    vim.lsp.enable('glossator')
  end)
end

function M.stop()
  vim.lsp.enable('glossator', false)
end

return M
