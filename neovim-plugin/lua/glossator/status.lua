-- Owns what is known of the servers' state, so that a statusline can be drawn without asking.
-- It must not block: what is shown may be a moment old.

local jobs = require('glossator.jobs')
local text = require('glossator.status_text')

local M = {}

-- Who looks at a statusline wants to know soon that a model has gone.
local STALE_MS = 30000

---@class glossator.KnownStatus
---@field status glossator.Status?
---@field asked integer when the server was asked last, in milliseconds
---@field is_asking boolean
---@field is_outdated boolean something has changed since it was asked
---@field titles table<string, string> of what is going on, by the token of its progress
---@field doing table<string, string> what each of them says
---@field last string? the token of the progress that said something last

---@type table<integer, glossator.KnownStatus>
local known = {}

---@param client_id integer
---@return glossator.KnownStatus
local function of(client_id)
  known[client_id] = known[client_id]
    or { asked = 0, is_asking = false, is_outdated = false, titles = {}, doing = {} }
  return known[client_id]
end

---Ask the server how it stands; callers in quick succession share one question.
---@param client vim.lsp.Client
function M.refresh(client)
  local mine = of(client.id)
  if mine.is_asking then
    mine.is_outdated = true
    return
  end
  mine.is_asking, mine.is_outdated, mine.asked = true, false, vim.uv.now()
  local params = { command = 'glossator.status', arguments = { vim.empty_dict() } }
  local sent = client:request('workspace/executeCommand', params, function(_, result)
    mine.is_asking = false
    if result then
      mine.status = result
      jobs.are_running(client.id, result.jobs)
      vim.cmd.redrawstatus({ bang = true })
    end
    if mine.is_outdated then
      M.refresh(client)
    end
  end)
  mine.is_asking = sent and mine.is_asking
end

---Remember what a progress says; return the title of what is going on.
---@param client_id integer
---@param token string
---@param value { kind: string, title: string?, message: string? }
---@return string? title
function M.progressed(client_id, token, value)
  local mine = of(client_id)
  local title = value.title or mine.titles[token]
  if value.kind == 'end' then
    mine.titles[token], mine.doing[token] = nil, nil
    mine.last = mine.last ~= token and mine.last or next(mine.doing)
  elseif title then
    mine.titles[token] = title
    mine.doing[token] = value.message and ('%s: %s'):format(title, value.message) or title
    mine.last = token
  end
  vim.cmd.redrawstatus({ bang = true })
  return title
end

---@param client vim.lsp.Client
---@return glossator.StatusView?
function M.view(client)
  local mine = of(client.id)
  if client.initialized and vim.uv.now() - mine.asked > STALE_MS then
    M.refresh(client)
  end
  return mine.status and text.view(mine.status, mine.last and mine.doing[mine.last])
end

---@param client_id integer
---@return glossator.Status?
function M.known(client_id)
  return of(client_id).status
end

---@param client_id integer
function M.forget(client_id)
  known[client_id] = nil
end

return M
