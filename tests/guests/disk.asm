; SPDX-License-Identifier: GPL-2.0-or-later
;
; A guest in one boot sector, for disk, El Torito CD and USB stick alike.
; It says on COM1, on the debug console (port 0xe9) and on the screen what
; it was booted from, then obeys single letters that arrive on COM1 and
; echoes each of them:
;
;   p  power off (ACPI S5)
;   s  sleep (ACPI S3)
;   r  reset by port 0xcf9
;   k  reset by the keyboard controller
;   t  reset by triple fault
;   q  power off when the ACPI power button is pressed ("b" is printed)
;   x  panic (needs -device pvpanic)
;   w  hang with the ib700 watchdog armed (needs -device ib700)
;
; "n" is printed when an NMI arrives. Without "q" the power button is ignored,
; as by a guest that hangs.
;
; MARK is the letter that names the boot device, e.g. -DMARK="'A'".
; The ACPI ports are those that SeaBIOS programs: 0x600 on pc and q35.

bits 16
org 0x7c00

PM1_STS   equ 0x600
PM1_EN    equ 0x602
PM1_CNT   equ 0x604
PWRBTN    equ 0x100
COM1      equ 0x3f8
COM1_LSR  equ 0x3fd

start:
    cli
    xor ax, ax
    mov ds, ax
    mov es, ax
    mov ss, ax
    mov sp, 0x7000
    mov word [2 * 4], nmi
    mov word [2 * 4 + 2], ax
    mov byte [armed], al
    mov si, message
.next:
    lodsb
    test al, al
    jz .said
    call putc
    mov ah, 0x0e
    mov bx, 7
    int 0x10
    jmp .next
.said:
    sti

poll:
    mov dx, PM1_STS
    in ax, dx
    test ax, PWRBTN
    jz .serial
    mov ax, PWRBTN              ; write one to clear
    out dx, ax
    mov al, 'b'
    call putc
    cmp byte [armed], 0
    jne power_off
.serial:
    mov dx, COM1_LSR
    in al, dx
    test al, 1
    jz poll
    mov dx, COM1
    in al, dx
    cmp al, 0xff                ; no COM1 at all
    je poll
    call putc
    cmp al, 'p'
    je power_off
    cmp al, 's'
    je sleep
    cmp al, 'r'
    je reset_cf9
    cmp al, 'k'
    je reset_keyboard
    cmp al, 't'
    je triple_fault
    cmp al, 'q'
    je arm
    cmp al, 'x'
    je panic
    cmp al, 'w'
    je watchdog
    jmp poll

arm:
    mov dx, PM1_EN
    mov ax, PWRBTN
    out dx, ax
    mov byte [armed], 1
    jmp poll

power_off:
    mov dx, PM1_CNT
    mov ax, 0x2000              ; SLP_EN, SLP_TYP 0: S5
    out dx, ax
    jmp poll

sleep:
    mov dx, PM1_CNT
    mov ax, 0x2400              ; SLP_EN, SLP_TYP 1: S3
    out dx, ax
    jmp poll

reset_cf9:
    mov dx, 0xcf9
    mov al, 2
    out dx, al
    mov al, 6
    out dx, al
    jmp poll

reset_keyboard:
    mov al, 0xfe
    out 0x64, al
    jmp poll

triple_fault:
    cli
    lidt [no_idt]
    int3

panic:
    mov dx, 0x505
    mov al, 1
    out dx, al
    jmp poll

watchdog:
    mov dx, 0x443
    mov al, 0x0e                ; 2 seconds
    out dx, al
    jmp poll

nmi:
    push ax
    mov al, 'n'
    call putc
    pop ax
    iret

; al: character; keeps all registers
putc:
    push dx
    out 0xe9, al
    mov dx, COM1
    out dx, al
    pop dx
    ret

message db 13, 10, "BOOTED ", MARK, 13, 10, 0
no_idt  dw 0, 0, 0
armed   db 0

times 510 - ($ - $$) db 0
dw 0xaa55
