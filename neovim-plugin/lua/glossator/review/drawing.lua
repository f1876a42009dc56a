-- Owns what a review looks like: its tab, the texts before and after, and a mark at each change.
-- It must not decide anything, nor tell the server.

local options = require('glossator.options')
local state = require('glossator.review.state')
local windows = require('glossator.windows')
local words = require('glossator.review.words')

local M = {}

local namespace = vim.api.nvim_create_namespace('glossator.review')
-- A longer list is scrolled.
local MOST_LIST_LINES = 10

---@class glossator.ReviewView
---@field client_id integer
---@field review glossator.Review
---@field file integer which one is shown
---@field is_sent boolean
---@field tab integer
---@field origin integer the window that the person came from
---@field list integer a buffer, as the two below
---@field before integer
---@field after integer
---@field windows { list: integer, before: integer, after: integer }

---@param bufnr integer
---@param side 'before'|'after'
---@param part glossator.Part
local function draw_part(bufnr, side, part)
  local last = vim.api.nvim_buf_line_count(bufnr) - 1
  local lines = part.hunk and part.hunk[side] or { start = 0, count = 1 }
  local first = math.min(lines.start, last)
  local stop = math.min(math.max(lines.start + lines.count - 1, first), last)
  for line = first, stop do
    local is_first = line == first and side == 'after'
    vim.api.nvim_buf_set_extmark(bufnr, namespace, line, 0, {
      sign_text = words.signs[part.mark],
      sign_hl_group = words.groups[part.mark],
      virt_text = is_first and { { words.decided[part.mark], words.groups[part.mark] } } or nil,
    })
  end
end

---@param view glossator.ReviewView
---@return string
local function bar_of(view)
  if view.is_sent then
    return 'being applied...'
  end
  local offered = windows.offer(options.now().keys.review, words.offered)
  return words.counted(state.counts(view.review)) .. '  |  ' .. offered
end

---@param view glossator.ReviewView
function M.draw(view)
  local lines, first = words.list(view.review, view.file)
  windows.fill(view.list, lines)
  vim.api.nvim_buf_clear_namespace(view.list, namespace, 0, -1)
  vim.api.nvim_buf_set_extmark(view.list, namespace, 0, 0, { line_hl_group = 'Title' })
  vim.api.nvim_buf_set_extmark(view.list, namespace, first + view.file - 2, 0, {
    line_hl_group = 'CursorLine',
  })
  for _, side in ipairs({ 'before', 'after' }) do
    vim.api.nvim_buf_clear_namespace(view[side], namespace, 0, -1)
    for _, part in ipairs(view.review.files[view.file].parts) do
      draw_part(view[side], side, view.review.parts[part])
    end
  end
  local change = view.review.files[view.file].change
  windows.bar(view.windows.list, 'review', bar_of(view))
  windows.bar(view.windows.before, 'before', change.movedFrom or change.path)
  windows.bar(view.windows.after, 'after', change.path)
end

---@param view glossator.ReviewView
---@param file integer
function M.show_file(view, file)
  view.file = file
  local change = view.review.files[file].change
  local lines =
    { before = windows.lines(change.before or ''), after = windows.lines(change.after or '') }
  local filetype = vim.filetype.match({ filename = change.path, contents = lines.after })
  for _, side in ipairs({ 'before', 'after' }) do
    windows.fill(view[side], lines[side])
    if filetype then
      windows.colour(view[side], filetype)
    end
    vim.api.nvim_win_call(view.windows[side], function()
      vim.cmd.diffthis()
      -- Half of a terminal is narrow enough.
      vim.wo[0][0].foldcolumn = '0'
    end)
  end
  vim.api.nvim_win_call(view.windows.after, function()
    vim.cmd.diffupdate()
  end)
  M.draw(view)
end

---@param view glossator.ReviewView
---@param part integer
function M.go_to(view, part)
  local it = view.review.parts[part]
  if it.file ~= view.file then
    M.show_file(view, it.file)
  end
  local line = it.hunk and it.hunk.after.start + 1 or 1
  line = math.min(line, vim.api.nvim_buf_line_count(view.after))
  vim.api.nvim_set_current_win(view.windows.after)
  vim.api.nvim_win_set_cursor(view.windows.after, { line, 0 })
end

---Return the parts that the cursor is on: in the list all of a file.
---@param view glossator.ReviewView
---@return integer[] parts
---@return integer file
function M.under_cursor(view)
  local win = vim.api.nvim_get_current_win()
  local line = vim.api.nvim_win_get_cursor(win)[1]
  if win == view.windows.list then
    local _, first = words.list(view.review, view.file)
    local file = math.min(math.max(line - first + 1, 1), #view.review.files)
    return view.review.files[file].parts, file
  end
  local side = win == view.windows.before and 'before' or 'after'
  return { state.part_at(view.review, view.file, side, line - 1) }, view.file
end

local function define_colours()
  for name, link in pairs({
    GlossatorOpen = 'DiagnosticWarn',
    GlossatorAccepted = 'DiagnosticOk',
    GlossatorDiscarded = 'Comment',
  }) do
    vim.api.nvim_set_hl(0, name, { link = link, default = true })
  end
end

---@param client_id integer
---@param review glossator.Review
---@return glossator.ReviewView
function M.lay_out(client_id, review)
  define_colours()
  local name = 'glossator://review/' .. review.proposal.id
  local buffers = {
    list = windows.scratch(name .. '/list', 'glossator-review'),
    before = windows.scratch(name .. '/before'),
    after = windows.scratch(name .. '/after'),
  }
  local origin = vim.api.nvim_get_current_win()
  vim.cmd(('tab sbuffer %d'):format(buffers.list))
  local list = vim.api.nvim_get_current_win()
  local after = vim.api.nvim_open_win(buffers.after, true, { split = 'below', win = list })
  local before = vim.api.nvim_open_win(buffers.before, false, { split = 'left', win = after })
  local wins = { list = list, before = before, after = after }
  for side, win in pairs(wins) do
    local set = vim.wo[win][0]
    set.wrap, set.spell, set.list = false, false, false
    set.number, set.relativenumber = side ~= 'list', false
    set.signcolumn, set.conceallevel = side == 'list' and 'no' or 'yes:1', 0
    set.winfixheight, set.numberwidth = side == 'list', 3
    -- The names of these buffers say nothing to a person.
    set.statusline = side == 'list' and ' ' or ' %l/%L'
  end
  local head = words.list(review, 1)
  vim.api.nvim_win_set_height(list, math.min(#head, MOST_LIST_LINES) + 1)
  return vim.tbl_extend('error', buffers, {
    client_id = client_id,
    review = review,
    file = 1,
    is_sent = false,
    tab = vim.api.nvim_get_current_tabpage(),
    origin = origin,
    windows = wins,
  })
end

return M
