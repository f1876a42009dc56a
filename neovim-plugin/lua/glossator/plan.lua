-- Owns plans that wait for a person: each is a buffer to edit, and writing it means to go on.
-- It must not judge a plan: the server reads what was written, and asks again where it cannot.

local jobs = require('glossator.jobs')
local log = require('glossator.log')
local options = require('glossator.options')
local say = require('glossator.say')
local windows = require('glossator.windows')

local M = {}

local namespace = vim.api.nvim_create_namespace('glossator.plan')
vim.diagnostic.config({ virtual_lines = true, virtual_text = false }, namespace)

---@class glossator.OpenPlan
---@field client_id integer
---@field plan glossator.Plan
---@field bufnr integer
---@field answer fun(value: any) called once
---@field is_over boolean

---@type table<string, glossator.OpenPlan>
local plans = {}

---@param client_id integer
---@param job integer
---@return string
local function key(client_id, job)
  return client_id .. '/' .. job
end

---Answer the server and close the plan.
---@param it glossator.OpenPlan
---@param value any `vim.NIL` where nothing is to be done
local function finish(it, value)
  if it.is_over then
    return
  end
  it.is_over = true
  if vim.api.nvim_buf_is_valid(it.bufnr) then
    vim.bo[it.bufnr].modified = false
  end
  it.answer(value)
  -- `:wq` goes on to close the window by itself.
  vim.schedule(function()
    if plans[key(it.client_id, it.plan.job)] ~= it then
      return
    end
    plans[key(it.client_id, it.plan.job)] = nil
    pcall(vim.api.nvim_buf_delete, it.bufnr, { force = true })
  end)
end

---@param it glossator.OpenPlan
local function go_on(it)
  local lines = vim.api.nvim_buf_get_lines(it.bufnr, 0, -1, false)
  finish(it, { text = table.concat(lines, '\n') .. '\n' })
end

---@param it glossator.OpenPlan
local function show(it)
  local win = windows.split(it.bufnr, 'split')
  vim.api.nvim_set_current_win(win)
  vim.api.nvim_win_set_height(win, math.max(math.floor(vim.o.lines / 2), 8))
  local offered = {
    { 'go_on', 'or :w go on' },
    { 'discard', 'discard' },
    { 'jump', 'open the file' },
    { 'help', 'all keys' },
  }
  windows.bar(win, 'plan', windows.offer(options.now().keys.plan, offered))
end

---A plan whose window was closed is asked about: closing says neither yes nor no.
---@param it glossator.OpenPlan
local function ask(it)
  local yes, no, back = 'Go on', 'Discard', 'Back to the plan'
  vim.ui.select({ yes, no, back }, {
    prompt = ('The plan "%s" waits:'):format(it.plan.title),
  }, function(choice)
    if it.is_over then
      return
    elseif choice == yes then
      go_on(it)
    elseif choice == no then
      finish(it, vim.NIL)
    elseif choice == back then
      show(it)
    else
      say.info('the plan waits: `:Glossator plan` opens it again.')
    end
  end)
end

---@param it glossator.OpenPlan
local function jump(it)
  local client = vim.lsp.get_client_by_id(it.client_id)
  local root = client and client.root_dir or vim.uv.cwd() --[[@as string]]
  local name = vim.fn.expand('<cfile>')
  local path = vim.fs.joinpath(root, name)
  if vim.fn.filereadable(path) == 0 then
    say.info(('there is no file %s yet.'):format(name))
    return
  end
  vim.cmd.wincmd('p')
  vim.cmd.edit(vim.fn.fnameescape(path))
end

---@param it glossator.OpenPlan
---@return glossator.Action[]
local function actions_of(it)
  return {
    {
      name = 'go_on',
      what = 'have the plan carried out as it stands; so does :w',
      run = function()
        go_on(it)
      end,
    },
    {
      name = 'discard',
      what = 'discard it; nothing is changed',
      run = function()
        finish(it, vim.NIL)
      end,
    },
    {
      name = 'jump',
      what = 'open the file under the cursor',
      run = function()
        jump(it)
      end,
    },
  }
end

---@param it glossator.OpenPlan
local function listen(it)
  local group = vim.api.nvim_create_augroup('glossator.plan.' .. it.bufnr, { clear = true })
  vim.api.nvim_create_autocmd('BufWriteCmd', {
    group = group,
    buffer = it.bufnr,
    callback = function()
      go_on(it)
    end,
  })
  vim.api.nvim_create_autocmd('BufWinLeave', {
    group = group,
    buffer = it.bufnr,
    callback = function()
      vim.schedule(function()
        local is_gone = not vim.api.nvim_buf_is_valid(it.bufnr)
        if is_gone then
          finish(it, vim.NIL)
        elseif not it.is_over and #vim.fn.win_findbuf(it.bufnr) == 0 then
          ask(it)
        end
      end)
    end,
  })
  windows.map(it.bufnr, 'Plan', options.now().keys.plan, actions_of(it))
end

---@param it glossator.OpenPlan
local function fill(it)
  vim.bo[it.bufnr].modifiable = true
  vim.bo[it.bufnr].buftype = 'acwrite'
  windows.fill(it.bufnr, windows.lines(it.plan.text))
  vim.diagnostic.reset(namespace, it.bufnr)
  if it.plan.problem then
    vim.diagnostic.set(namespace, it.bufnr, {
      {
        lnum = 0,
        col = 0,
        message = it.plan.problem,
        severity = vim.diagnostic.severity.ERROR,
        source = 'glossator',
      },
    })
  end
end

---@param client_id integer
---@param plan glossator.Plan
---@param answer fun(value: any)
local function open(client_id, plan, answer)
  local name = ('glossator://plan/%d/%d'):format(client_id, plan.job)
  local bufnr = windows.scratch(name, 'markdown')
  local it = {
    client_id = client_id,
    plan = plan,
    bufnr = bufnr,
    answer = answer,
    is_over = false,
  }
  plans[key(client_id, plan.job)] = it
  vim.b[bufnr].glossator_client = client_id
  fill(it)
  listen(it)
  windows.colour(bufnr, 'markdown')
  jobs.when_over(client_id, plan.job, function()
    if not it.is_over then
      say.info(('the plan "%s" is not waited for any more.'):format(plan.title))
      finish(it, vim.NIL)
    end
  end)
  local wanted = options.now().open
  if wanted == 'always' or (wanted == 'idle' and windows.is_idle()) then
    show(it)
  else
    say.info(('the plan "%s" waits: `:Glossator plan` opens it.'):format(plan.title))
  end
end

---Have a person agree to a plan. The request is answered when they have, and nothing waits for it:
---Neovim runs the handler of a request in a coroutine of its own.
---@param client_id integer
---@param plan glossator.Plan
---@return any answer
---@return lsp.ResponseError? error
function M.agree(client_id, plan)
  local thread, is_main = coroutine.running()
  if not thread or is_main then
    local code = vim.lsp.protocol.ErrorCodes.MethodNotFound
    return nil, vim.lsp.rpc_response_error(code, 'This Neovim cannot answer later.')
  end
  open(client_id, plan, function(value)
    -- Not before this function has yielded.
    vim.schedule(function()
      local is_fine, trouble = coroutine.resume(thread, value)
      if not is_fine then
        log.note(client_id, 'the plan could not be answered: ' .. tostring(trouble))
      end
    end)
  end)
  return coroutine.yield()
end

---Open a plan that waits.
function M.open()
  local waiting = vim.tbl_filter(function(it)
    return not it.is_over
  end, vim.tbl_values(plans))
  if #waiting == 0 then
    say.info('no plan waits: `:Glossator edit` asks for a change.')
  elseif #waiting == 1 then
    show(waiting[1])
  else
    vim.ui.select(waiting, {
      prompt = 'Plans:',
      format_item = function(it)
        return it.plan.title
      end,
    }, function(it)
      if it and not it.is_over then
        show(it)
      end
    end)
  end
end

return M
