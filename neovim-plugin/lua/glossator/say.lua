-- Owns the sentences that a person reads: one at a time, with the plugin's name before it.
-- It must not know what they are about.

local M = {}

---@param sentence string
---@param level integer
local function say(sentence, level)
  vim.notify('Glossator: ' .. sentence, level, { title = 'Glossator' })
end

---@param sentence string
function M.info(sentence)
  say(sentence, vim.log.levels.INFO)
end

---@param sentence string
function M.warn(sentence)
  say(sentence, vim.log.levels.WARN)
end

---@param sentence string
function M.error(sentence)
  say(sentence, vim.log.levels.ERROR)
end

---Show how work goes, on one line, and without a history unless it is an ending.
---@param words string
---@param is_kept boolean?
function M.progress(words, is_kept)
  -- Nothing is written over what a person types there, or is asked there.
  local is_busy = vim.list_contains({ 'c', 'r' }, vim.api.nvim_get_mode().mode:sub(1, 1))
  -- Without a line for it, each one would ask for Enter.
  if is_busy or vim.o.cmdheight == 0 then
    return
  end
  -- A longer line would ask for Enter.
  local room = math.max(vim.v.echospace, 20)
  local line = vim.fn.strcharpart(('Glossator: ' .. words):gsub('%s+', ' '), 0, room)
  vim.api.nvim_echo({ { line } }, is_kept or false, {})
end

return M
