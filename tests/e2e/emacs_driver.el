;;; emacs_driver.el --- how tests look into a real Emacs  -*- lexical-binding: t -*-

;;; Commentary:

;; Owns what tests ask a running Emacs for: its text, its questions, what it said and shows.
;; It must not do what a person does with keys: tests press those.

;;; Code:

(require 'cl-lib)
(require 'flymake)
(require 'server)

(defvar drive-messages nil "What the echo area said, last first.")

(setq create-lockfiles nil
      make-backup-files nil
      auto-save-default nil
      confirm-kill-processes nil
      ring-bell-function #'ignore)

(advice-add 'message :before
            (lambda (format &rest words)
              (when format
                (push (substring-no-properties (apply #'format-message format words))
                      drive-messages))))

(defun drive-tell (value)
  "Return VALUE as JSON in base64, which no printer changes."
  (let ((json (json-serialize value :null-object nil :false-object :false)))
    (base64-encode-string (if (multibyte-string-p json) (encode-coding-string json 'utf-8) json)
                          t)))

(defmacro drive-in-window (&rest body)
  "Run BODY in the buffer that a person looks at, and tell what it returns."
  `(with-current-buffer (window-buffer (or (minibuffer-selected-window) (selected-window)))
     (drive-tell (progn ,@body))))

(defun drive-go-to (text)
  "Put point on the first place where TEXT stands."
  (goto-char (point-min))
  (search-forward text)
  (goto-char (match-beginning 0))
  (set-window-point (get-buffer-window) (point))
  (point))

(defun drive-question ()
  "Return what is asked in the minibuffer, if something is."
  (when-let ((window (active-minibuffer-window)))
    (with-current-buffer (window-buffer window)
      (list :prompt (minibuffer-prompt)
            :given (minibuffer-contents-no-properties)
            ;; Commands are many, and not ours.
            :choices (and (consp minibuffer-completion-table)
                          (vconcat (all-completions "" minibuffer-completion-table)))))))

(defun drive-menu ()
  "Return the titles that a person is offered at point."
  (vconcat (mapcar (lambda (it) (plist-get it :title)) (eglot-code-actions (point)))))

(defun drive-said (words)
  "Return a message that says WORDS, if there was one."
  (cl-find-if (lambda (it) (string-match-p (regexp-quote words) it)) drive-messages))

(defun drive-text (&optional name)
  "Return the text of the buffer, or of the one that visits the file NAME."
  (with-current-buffer (if name (find-buffer-visiting name) (current-buffer))
    (buffer-substring-no-properties (point-min) (point-max))))

(defun drive-document ()
  "Return what eldoc's own buffer says, if it says something."
  (when-let ((buffer (get-buffer "*eldoc*")))
    (with-current-buffer buffer
      (and (> (buffer-size) 0) (buffer-substring-no-properties (point-min) (point-max))))))

(defun drive-diagnostics ()
  "Return what flymake shows in this buffer: lines, counted from 1, and words."
  (vconcat (mapcar (lambda (it)
                     (list :line (line-number-at-pos (flymake-diagnostic-beg it))
                           :text (flymake-diagnostic-text it)))
                   (flymake-diagnostics))))

(defun drive-files ()
  "Return the files that windows show."
  (vconcat (delq nil (mapcar (lambda (it) (buffer-file-name (window-buffer it))) (window-list)))))

(provide 'emacs_driver)
;;; emacs_driver.el ends here
