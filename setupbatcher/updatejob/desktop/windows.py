"""The windows of a Windows desktop."""

from __future__ import annotations

import sys

if sys.platform == "win32":
    import ctypes
    from ctypes import wintypes

    from setupbatcher import errors
    from setupbatcher.errors import Failure
    from setupbatcher.updatejob.desktop.closing import Window

    _WM_CLOSE = 0x0010
    _INVALID_WINDOW_HANDLE = 1400
    _LONGEST_CLASS = 257

    _user32 = ctypes.WinDLL("user32", use_last_error=True)
    _each_window = ctypes.WINFUNCTYPE(wintypes.BOOL, wintypes.HWND, wintypes.LPARAM)
    _user32.EnumWindows.argtypes = [_each_window, wintypes.LPARAM]
    _user32.GetClassNameW.argtypes = [wintypes.HWND, wintypes.LPWSTR, ctypes.c_int]
    _user32.GetWindowTextLengthW.argtypes = [wintypes.HWND]
    _user32.GetWindowTextW.argtypes = [wintypes.HWND, wintypes.LPWSTR, ctypes.c_int]
    _user32.GetWindowThreadProcessId.argtypes = [wintypes.HWND, wintypes.LPDWORD]
    _user32.GetWindowThreadProcessId.restype = wintypes.DWORD
    _user32.IsWindow.argtypes = [wintypes.HWND]
    _user32.PostMessageW.argtypes = [wintypes.HWND, wintypes.UINT, wintypes.WPARAM, wintypes.LPARAM]

    class WindowsDesktop:
        """The desktop of this session; one of a service has no windows."""

        def windows(self) -> list[Window]:
            """All top-level windows, those that are not shown included: a program in the tray has no other."""
            found: list[int] = []

            def take(handle: int, _: int) -> bool:
                found.append(handle)
                return True

            if not _user32.EnumWindows(_each_window(take), 0):
                what = "listing the windows of the desktop"
                raise _refused(what)
            return [_window(handle) for handle in found]

        def ask(self, window: Window) -> None:
            """Post WM_CLOSE; a program with more rights than this one may not be asked."""
            if not _user32.PostMessageW(window.number, _WM_CLOSE, 0, 0):
                if ctypes.get_last_error() == _INVALID_WINDOW_HANDLE:
                    return  # it was closed meanwhile
                what = f"closing the window `{window.title}`"
                raise _refused(what)

        def is_open(self, window: Window) -> bool:
            """Whether the window is still there."""
            return bool(_user32.IsWindow(window.number))

        def close(self) -> None:
            """There is nothing to let go of."""

    def _window(handle: int) -> Window:
        """What is known of a window; empty texts and no process where it is gone already."""
        name = ctypes.create_unicode_buffer(_LONGEST_CLASS)
        _user32.GetClassNameW(handle, name, _LONGEST_CLASS)
        size = _user32.GetWindowTextLengthW(handle) + 1
        title = ctypes.create_unicode_buffer(size)
        _user32.GetWindowTextW(handle, title, size)
        process = wintypes.DWORD()
        _user32.GetWindowThreadProcessId(handle, ctypes.byref(process))
        return Window(handle, (name.value,), title.value, process.value or None)

    def _refused(what: str) -> Failure:
        code = ctypes.get_last_error() or errors.NOT_SUPPORTED
        return Failure(code, f"{what}: {ctypes.FormatError(code).strip().rstrip('.').lower()}")
