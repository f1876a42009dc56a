-- Owns which jobs this editor started, and tells who waits for one when it is over.
-- It must not know what a job does.

local M = {}

---@class glossator.Started
---@field command string
---@field argument table

---@type table<integer, table<integer, glossator.Started>>
local started = {}
---@type table<integer, table<integer, fun()[]>>
local waiting = {}

---Return a callback that remembers the job with which a command is answered, and calls `callback`.
---@param client_id integer
---@param params lsp.ExecuteCommandParams
---@param callback fun(err: lsp.ResponseError?, result: any)
---@return fun(err: lsp.ResponseError?, result: any)
function M.noting(client_id, params, callback)
  return function(err, result)
    if type(result) == 'table' and type(result.job) == 'number' then
      local argument = (params.arguments or {})[1]
      started[client_id] = started[client_id] or {}
      started[client_id][result.job] = { command = params.command, argument = argument or {} }
    end
    callback(err, result)
  end
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
