-- Owns the reviews that are open: what a person decides in them, and when the server is told.
-- It must not know how they look, nor change a file.

local drawing = require('glossator.review.drawing')
local evidence = require('glossator.evidence_text')
local jobs = require('glossator.jobs')
local options = require('glossator.options')
local request = require('glossator.request')
local state = require('glossator.review.state')
local windows = require('glossator.windows')

local M = {}

---@type table<string, glossator.ReviewView> by the proposal's id
local views = {}

---@type table<string, glossator.Review> what was decided of those that were put off
local put_off = {}

---@param view glossator.ReviewView
---@return string
local function id_of(view)
  return view.review.proposal.id --[[@as string]]
end

---@param view glossator.ReviewView
---@return boolean
local function is_there(view)
  return views[id_of(view)] == view and vim.api.nvim_tabpage_is_valid(view.tab)
end

---Close a review, of which a person may have closed the windows already.
---@param view glossator.ReviewView
local function close(view)
  if views[id_of(view)] ~= view then
    return
  end
  views[id_of(view)] = nil
  local was_here = vim.api.nvim_get_current_tabpage() == view.tab
  if vim.api.nvim_tabpage_is_valid(view.tab) then
    if #vim.api.nvim_list_tabpages() == 1 then
      vim.cmd('tab split')
      vim.cmd.enew()
    end
    vim.cmd.tabclose(vim.api.nvim_tabpage_get_number(view.tab))
  end
  for _, bufnr in ipairs({ view.list, view.before, view.after }) do
    pcall(vim.api.nvim_buf_delete, bufnr, { force = true })
  end
  if was_here and vim.api.nvim_win_is_valid(view.origin) then
    vim.api.nvim_set_current_win(view.origin)
  end
end

---Close a review, and keep what was decided.
---@param view glossator.ReviewView
local function later(view)
  put_off[id_of(view)] = view.review
  close(view)
end

---Tell the server what was decided.
---@param view glossator.ReviewView
local function send(view)
  local client = vim.lsp.get_client_by_id(view.client_id)
  if not client or view.is_sent then
    return
  end
  local function waits_again()
    if is_there(view) and view.is_sent then
      view.is_sent = false
      drawing.draw(view)
    end
  end
  view.is_sent = true
  drawing.draw(view)
  local decision = state.decision(view.review)
  request.run(client, decision.command, decision.argument, function(result)
    if result.job then
      jobs.when_over(client.id, result.job, waits_again)
    end
  end, waits_again)
end

---@param view glossator.ReviewView
local function apply(view)
  local counts = state.counts(view.review)
  if counts.accepted + counts.discarded == 0 then
    state.mark(view.review, state.open_parts(view.review), 'accepted')
  end
  if state.counts(view.review).open == 0 then
    return send(view)
  end
  local take, leave = 'Take them too', 'Leave them out'
  local asked = counts.open == 1 and '1 change is' or ('%d changes are'):format(counts.open)
  vim.ui.select({ take, leave, 'Go back' }, {
    prompt = asked .. ' not decided:',
  }, function(choice)
    if not is_there(view) or (choice ~= take and choice ~= leave) then
      return
    end
    local mark = choice == take and 'accepted' or 'discarded'
    state.mark(view.review, state.open_parts(view.review), mark)
    send(view)
  end)
end

---Mark parts; go on to the next one, or tell the server where this was the last.
---@param view glossator.ReviewView
---@param parts integer[]
---@param mark glossator.Mark
local function decide(view, parts, mark)
  if view.is_sent then
    return
  end
  state.mark(view.review, parts, mark)
  local next_part = state.next_open(view.review, parts[#parts], 1)
  if not next_part then
    return send(view)
  end
  if mark ~= 'open' and vim.api.nvim_get_current_win() ~= view.windows.list then
    drawing.go_to(view, next_part)
  end
  drawing.draw(view)
end

---@param view glossator.ReviewView
---@param step 1|-1
local function walk_files(view, step)
  local file = (view.file - 1 + step) % #view.review.files + 1
  drawing.go_to(view, view.review.files[file].parts[1])
end

---@param view glossator.ReviewView
---@param step 1|-1
local function walk_open(view, step)
  local here = drawing.under_cursor(view)
  local part = state.next_open(view.review, here[1], step)
  if part then
    drawing.go_to(view, part)
  end
end

---@param view glossator.ReviewView
---@return glossator.Action[]
local function actions_of(view)
  local function marking(mark)
    return function()
      decide(view, (drawing.under_cursor(view)), mark)
    end
  end
  local function marking_file(mark)
    return function()
      local _, file = drawing.under_cursor(view)
      decide(view, view.review.files[file].parts, mark)
    end
  end
  local function walking(walk, step)
    return function()
      walk(view, step)
    end
  end
  return {
    { name = 'accept', what = 'take this change', run = marking('accepted') },
    { name = 'discard', what = 'leave this change out', run = marking('discarded') },
    { name = 'reset', what = 'take the decision back', run = marking('open') },
    { name = 'accept_file', what = 'take all of this file', run = marking_file('accepted') },
    { name = 'discard_file', what = 'leave this file out', run = marking_file('discarded') },
    { name = 'next', what = 'to the next change', run = walking(walk_open, 1) },
    { name = 'previous', what = 'to the change before', run = walking(walk_open, -1) },
    { name = 'next_file', what = 'to the next file', run = walking(walk_files, 1) },
    { name = 'previous_file', what = 'to the file before', run = walking(walk_files, -1) },
    {
      name = 'open',
      what = 'show the file under the cursor (in the list)',
      run = function()
        local parts, file = drawing.under_cursor(view)
        drawing.go_to(view, file == view.file and parts[1] or view.review.files[file].parts[1])
      end,
    },
    {
      name = 'apply',
      what = 'apply what was taken, or all of it',
      run = function()
        apply(view)
      end,
    },
    {
      name = 'discard_all',
      what = 'let all of it go',
      run = function()
        M.discard(view)
      end,
    },
    {
      name = 'evidence',
      what = 'what the checks said',
      run = function()
        vim.lsp.util.open_floating_preview(evidence.lines(view.review.proposal), 'markdown', {
          border = 'rounded',
          focus_id = 'glossator-evidence',
        })
      end,
    },
    {
      name = 'later',
      what = 'close; it waits for `:Glossator show`',
      run = function()
        later(view)
      end,
    },
  }
end

---Let a whole proposal go.
---@param view glossator.ReviewView
function M.discard(view)
  if not view.is_sent then
    view.review = state.new(view.review.proposal)
    state.mark(view.review, state.open_parts(view.review), 'discarded')
    send(view)
  end
end

---@param view glossator.ReviewView
local function listen(view)
  local actions = actions_of(view)
  for _, bufnr in ipairs({ view.list, view.before, view.after }) do
    vim.b[bufnr].glossator_client = view.client_id
    windows.map(bufnr, 'Review', options.now().keys.review, actions)
  end
  local wins = vim.tbl_values(view.windows)
  vim.api.nvim_create_autocmd('WinClosed', {
    group = vim.api.nvim_create_augroup('glossator.review.' .. id_of(view), { clear = true }),
    callback = function(event)
      -- One window alone is no review; closing it means to come back later.
      if vim.list_contains(wins, tonumber(event.match)) then
        vim.schedule(function()
          if views[id_of(view)] == view then
            later(view)
          end
        end)
        return true
      end
    end,
  })
end

---Open a proposal that waits, or go to where it is open.
---@param client_id integer
---@param proposal glossator.Proposal
function M.open(client_id, proposal)
  local id = proposal.id --[[@as string]]
  local there = views[id]
  if there and is_there(there) then
    vim.api.nvim_set_current_tabpage(there.tab)
    return
  end
  local kept = put_off[id]
  local view =
    drawing.lay_out(client_id, kept and state.renewed(kept, proposal) or state.new(proposal))
  views[id] = view
  listen(view)
  drawing.show_file(view, 1)
  drawing.go_to(view, state.next_open(view.review, #view.review.parts, 1) or 1)
end

---@return boolean
function M.is_any_open()
  return vim.iter(vim.tbl_values(views)):any(is_there)
end

---@return glossator.ReviewView? view of the current tab
function M.here()
  local tab = vim.api.nvim_get_current_tabpage()
  return vim.iter(vim.tbl_values(views)):find(function(it)
    return is_there(it) and it.tab == tab
  end)
end

---Run an action of the review in the current tab by its name.
---@param view glossator.ReviewView
---@param name string
function M.act(view, name)
  vim
    .iter(actions_of(view))
    :find(function(it)
      return it.name == name
    end)
    .run()
end

---What waits of a proposal has changed, or it could not be applied.
---@param client_id integer
---@param proposal glossator.Proposal
function M.renew(client_id, proposal)
  local view = views[proposal.id]
  if view and view.client_id == client_id and is_there(view) then
    view.review = state.renewed(view.review, proposal)
    view.is_sent = false
    drawing.show_file(view, math.min(view.file, #view.review.files))
  end
end

---A proposal is applied, let go, or gone with its server.
---@param client_id integer
---@param id string
function M.over(client_id, id)
  put_off[id] = nil
  local view = views[id]
  if view and view.client_id == client_id then
    close(view)
  end
end

return M
