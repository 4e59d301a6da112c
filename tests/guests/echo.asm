; SPDX-License-Identifier: GPL-2.0-or-later
;
; A guest in one boot sector that prints "ECHO-READY" on COM1 and then sends
; back every byte that arrives there, of whatever value. For a BREAK it prints
; "<BREAK>". While there is nothing to do it halts.

bits 16
org 0x7c00

COM1      equ 0x3f8
COM1_IER  equ 0x3f9
COM1_FCR  equ 0x3fa
COM1_MCR  equ 0x3fc
COM1_LSR  equ 0x3fd
DR        equ 0x01
BI        equ 0x10
EMPTY     equ 0x20
PIC       equ 0x20
PIC_MASK  equ 0x21

start:
    cli
    xor ax, ax
    mov ds, ax
    mov es, ax
    mov ss, ax
    mov sp, 0x7000
    cld
    xor bl, bl                  ; what the LSR has said, as reading clears it
    mov dx, COM1_FCR
    mov al, 0xc7                ; FIFOs on and empty, 14 bytes at a time
    out dx, al
    mov dx, COM1_MCR
    mov al, 0x0b
    out dx, al
    mov dx, COM1_IER
    mov al, 1                   ; tell of what arrives
    out dx, al
    mov word [0x0c * 4], irq4
    mov word [0x0c * 4 + 2], 0
    in al, PIC_MASK
    and al, ~0x10
    out PIC_MASK, al
    mov si, ready
    call puts

next:
    cli
    call status
    test al, DR
    jnz .read
    sti
    hlt
    jmp next
.read:
    mov dx, COM1
    in al, dx
    test bl, BI
    jnz break
    call putc
    jmp next

break:                          ; what was read is its 0
    and bl, ~BI
    mov si, broken
    call puts
    jmp next

puts:
    lodsb
    test al, al
    jz .end
    call putc
    jmp puts
.end:
    ret

; al: character
putc:
    mov ah, al
.wait:
    call status
    test al, EMPTY
    jz .wait
    mov al, ah
    mov dx, COM1
    out dx, al
    ret

; Reads the LSR into al, and keeps its bits in bl.
status:
    mov dx, COM1_LSR
    in al, dx
    or bl, al
    ret

irq4:
    push ax
    mov al, 0x20
    out PIC, al
    pop ax
    iret

ready  db "ECHO-READY", 13, 10, 0
broken db "<BREAK>", 0

times 510 - ($ - $$) db 0
dw 0xaa55
