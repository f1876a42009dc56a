-- Owns what a person's configuration may call: the choices and the statusline.
-- It must not be needed: without it everything works, once the server is enabled.

local M = {}

---Choose options, beside `vim.g.glossator`. What is wrong is said, and the defaults stay.
---@param options glossator.Options? a part of them is enough
function M.setup(options)
  require('glossator.options').choose(options)
end

---Return the client of a buffer without starting anything.
---@param bufnr integer?
---@return vim.lsp.Client?
local function client_of(bufnr)
  return vim.lsp.get_clients({ name = 'glossator', bufnr = bufnr or 0 })[1]
end

---Return what a statusline shows for a buffer: the model, whether it is local, what is being done.
---
---It is empty where the server does not run. It never waits: what it shows may be a moment old.
---@param bufnr integer? the current one, unless given
---@return string
function M.status(bufnr)
  local view = M.status_view(bufnr)
  if view then
    return require('glossator.status_text').line(view)
  end
  return client_of(bufnr) and 'starting' or ''
end

---Return the same, part by part, for who paints it; nil where nothing is known.
---@param bufnr integer?
---@return glossator.StatusView?
function M.status_view(bufnr)
  local client = client_of(bufnr)
  return client and require('glossator.status').view(client)
end

---Run an action of the last hover by its number.
---@param number integer
function M.act(number)
  require('glossator.hover').act(number)
end

return M
