-- Owns which jobs this editor started, and tells who waits for one when it is over.
-- It must not know what a job does.

local M = {}

---@class glossator.Started
---@field argument table
---@field title string? as the server gives it, once it has been asked

---@type table<integer, table<integer, glossator.Started>>
local started = {}
---@type table<integer, table<integer, fun()[]>>
local waiting = {}

---Remember the job with which a command was answered, if it was; tell whether it was.
---@param client_id integer
---@param params lsp.ExecuteCommandParams
---@param result any
---@return boolean
function M.note(client_id, params, result)
  if type(result) ~= 'table' or type(result.job) ~= 'number' then
    return false
  end
  local argument = (params.arguments or {})[1]
  local mine = started[client_id] or {}
  mine[result.job] = { argument = argument or {} }
  started[client_id] = mine
  return true
end

---@param client_id integer
---@param job integer
---@return glossator.Started?
function M.started(client_id, job)
  return (started[client_id] or {})[job]
end

---Call back, once, when a job is over, however it ended.
---@param client_id integer
---@param job integer
---@param on_over fun()
function M.when_over(client_id, job, on_over)
  local jobs = waiting[client_id] or {}
  waiting[client_id] = jobs
  jobs[job] = jobs[job] or {}
  table.insert(jobs[job], on_over)
end

---Tell whoever waits for a job that is not among those that still run.
---@param client_id integer
---@param running glossator.Job[]
function M.are_running(client_id, running)
  local is_running = {} ---@type table<integer, boolean>
  for _, it in ipairs(running) do
    is_running[it.job] = true
    local one = M.started(client_id, it.job)
    if one then
      one.title = it.title
    end
  end
  for job, callbacks in pairs(waiting[client_id] or {}) do
    if not is_running[job] then
      waiting[client_id][job] = nil
      vim.iter(callbacks):each(function(it)
        it()
      end)
    end
  end
end

---The server has ended, and all its jobs.
---@param client_id integer
function M.forget(client_id)
  M.are_running(client_id, {})
  started[client_id], waiting[client_id] = nil, nil
end

return M
