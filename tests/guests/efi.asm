; SPDX-License-Identifier: GPL-2.0-or-later
;
; The smallest UEFI application: a PE32+ image without relocations that says
; "SECURE " and what the variable SecureBoot holds (? if there is none), then
; "BOOTED " and MARK on COM1 and the debug console, then obeys letters on
; COM1 as disk.asm does: r resets by port 0xcf9, k by the keyboard controller,
; t by a triple fault, p powers off (OVMF has the PM block at 0x600 on q35 and
; at 0xb000 on pc), e returns to the firmware.

bits 64
org 0

    db 'MZ'
times 0x3c - ($ - $$) db 0
    dd pe
pe:
    db 'PE', 0, 0
    dw 0x8664                   ; machine
    dw 1                        ; sections
    dd 0, 0, 0
    dw optional_end - optional
    dw 0x22e                    ; executable, no relocations
optional:
    dw 0x20b                    ; PE32+
    db 0, 0
    dd 0x200, 0, 0
    dd entry
    dd 0x200
    dq 0
    dd 0x200, 0x200
    dw 0, 0, 0, 0, 0, 0
    dd 0
    dd 0x400                    ; image size
    dd 0x200                    ; headers
    dd 0
    dw 10, 0                    ; subsystem: EFI application
    dq 0, 0, 0, 0
    dd 0
    dd 6
times 6 dq 0
optional_end:
    db '.text', 0, 0, 0
    dd 0x200, 0x200, 0x200, 0x200
    dd 0, 0
    dw 0, 0
    dd 0xe0000060               ; code, read, write, execute
times 0x200 - ($ - $$) db 0

entry:
    sub rsp, 0x48
    mov rax, [rdx + 88]         ; the system table's runtime services
    lea rcx, [rel name]
    lea rdx, [rel guid]
    xor r8d, r8d
    lea r9, [rel size]
    lea r10, [rel value]
    mov [rsp + 0x20], r10
    call [rax + 72]             ; GetVariable
    add rsp, 0x48
    test rax, rax
    jnz .say
    mov al, [rel value]
    add al, '0'
    mov [rel digit], al
.say:
    cli                         ; or the firmware reads COM1, too
    lea rsi, [rel message]
.next:
    lodsb
    test al, al
    jz .poll
    out 0xe9, al
    mov dx, 0x3f8
    out dx, al
    jmp .next
.poll:
    mov dx, 0x3fd
    in al, dx
    test al, 1
    jz .poll
    mov dx, 0x3f8
    in al, dx
    cmp al, 'r'
    je .reset
    cmp al, 'k'
    je .keyboard
    cmp al, 't'
    je .triple
    cmp al, 'p'
    je .off
    cmp al, 'e'
    je .exit
    jmp .poll
.reset:
    mov dx, 0xcf9
    mov al, 2
    out dx, al
    mov al, 6
    out dx, al
    jmp .poll
.keyboard:
    mov al, 0xfe
    out 0x64, al
    jmp .poll
.triple:
    lidt [rel no_idt]
    int3
.off:
    mov ax, 0x2000
    mov dx, 0x604
    out dx, ax
    mov dx, 0xb004
    out dx, ax
    jmp .poll
.exit:
    sti
    mov rax, 0x800000000000000e ; EFI_NOT_FOUND: try the next boot option
    ret

name dw 'S', 'e', 'c', 'u', 'r', 'e', 'B', 'o', 'o', 't', 0
guid dd 0x8be4df61
    dw 0x93ca, 0x11d2
    db 0xaa, 0x0d, 0x00, 0xe0, 0x98, 0x03, 0x2b, 0x8c
size dq 1
value db 0
message db 13, 10, "SECURE "
digit db '?', 13, 10, "BOOTED ", MARK, 13, 10, 0
no_idt dw 0, 0, 0, 0, 0
times 0x400 - ($ - $$) db 0
