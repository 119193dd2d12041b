; Lemmas on the carries of percpu_counter_tree, for every word, increment and mask of 64 bits (claim E9).
;
; What follows from them for trees of any size is the induction of decisions/2026-11-20-counter-tree-bound.md.
;
; Each lemma is refuted: `unsat` says that there is no counterexample. Those after "fails" are wrong on purpose, and must
; have one: `sat`. The test gives them to the solver one by one, which takes seconds; the file as a whole takes long.
(set-logic QF_BV)
(define-sort Word () (_ BitVec 64))
(define-fun zero () Word (_ bv0 64))
(define-fun one () Word (_ bv1 64))

; percpu_counter_tree_carry(), bit by bit, as in model/percpu-counter-tree/arithmetic.ts.
(define-fun lowBits ((w Word) (mask Word)) Word (bvand w (bvsub mask one)))
(define-fun highBits ((w Word) (mask Word)) Word (bvand w (bvnot (bvsub mask one))))
(define-fun overflows ((whole Word) (orig Word) (res Word) (mask Word)) Bool
  (distinct (bvand (bvxor whole (bvxor orig res)) mask) zero))
(define-fun carry ((orig Word) (inc Word) (mask Word)) Word
  (let ((res (bvadd orig inc)))
    (ite (bvslt inc zero)
      (let ((whole (bvneg (highBits (bvneg inc) mask))))
        (ite (overflows whole orig res mask) (bvsub whole mask) whole))
      (let ((whole (highBits inc mask)))
        (ite (overflows whole orig res mask) (bvadd whole mask) whole)))))

; A mask is a power of two, of at least 2. In two's complement the high bits of a word are the multiple of the mask that
; is next below it, and the low bits what is above that: the residual.
(declare-const mask Word)
(define-fun isMask ((m Word)) Bool (and (distinct m zero) (distinct m one) (= (bvand m (bvsub m one)) zero)))
(assert (isMask mask))

; What a node held, and what is added.
(declare-const orig Word)
(declare-const inc Word)
(define-fun res () Word (bvadd orig inc))
(define-fun out () Word (carry orig inc mask))

(echo "holds: the carry is the difference of two multiples, rounded down")
(push)
(assert (distinct out (bvsub (highBits res mask) (highBits orig mask))))
(check-sat)
(pop)

(echo "holds: what a node keeps and what it carries is what it kept and what was added")
(push)
(assert (distinct (bvadd (lowBits res mask) out) (bvadd (lowBits orig mask) inc)))
(check-sat)
(pop)

(echo "holds: a carry is a multiple of the mask")
(push)
(assert (distinct (lowBits out mask) zero))
(check-sat)
(pop)

(echo "holds: a node keeps less than its mask")
(push)
(assert (not (bvult (lowBits res mask) mask)))
(check-sat)
(pop)

; Above level 0 a node is given multiples of the mask below its own.
(declare-const below Word)
(define-fun isAbove () Bool (and (isMask below) (bvult below mask) (= (lowBits orig below) zero) (= (lowBits inc below) zero)))

(echo "holds: a node that is given multiples holds multiples")
(push)
(assert isAbove)
(assert (distinct (lowBits res below) zero))
(check-sat)
(pop)

(echo "holds: and keeps at most its mask less the mask below")
(push)
(assert isAbove)
(assert (bvugt (lowBits res mask) (bvsub mask below)))
(check-sat)
(pop)

; v17 leaves a level out whose mask has no bits of the absolute value of the carry below it.
(define-fun absolute ((w Word)) Word (ite (bvslt w zero) (bvneg w) w))

(echo "holds: a level that v17 leaves out would pass the carry on, and keep what it keeps")
(push)
(assert (= (lowBits (absolute inc) mask) zero))
(assert (not (and (= out inc) (= (lowBits res mask) (lowBits orig mask)))))
(check-sat)
(pop)

; Of increments below 2^62 no carry wraps: its sign is that of the increment, and it is less than one mask more.
(define-fun isSmall ((w Word)) Bool (bvule w (_ bv4611686018427387904 64)))

(echo "holds: what is added carries between nothing and less than one mask more")
(push)
(assert (and (isSmall inc) (isSmall mask)))
(assert (not (bvult out (bvadd inc mask))))
(check-sat)
(pop)

(echo "holds: what is taken away carries between nothing and less than one mask more")
(push)
(assert (and (isSmall (bvneg inc)) (isSmall mask)))
(assert (not (bvult (bvneg out) (bvadd (bvneg inc) mask))))
(check-sat)
(pop)

; Conservation. `level0` is the sum of the words of the CPUs, `others` what all other nodes keep and all other adders
; carry. Of the node and its carry only the second lemma is used: kept + carried = keptBefore + inc.
(declare-const level0 Word)
(declare-const root Word)
(declare-const others Word)
(declare-const keptBefore Word)
(declare-const kept Word)
(declare-const carried Word)
(define-fun isConserved ((total Word) (top Word) (node Word) (pending Word)) Bool
  (= total (bvadd top (bvadd others (bvadd node pending)))))
(define-fun byTheLemma () Bool (= (bvadd kept carried) (bvadd keptBefore inc)))

(echo "holds: level 0 of an add loses nothing")
(push)
(assert byTheLemma)
(assert (isConserved level0 root keptBefore zero))
(assert (not (isConserved (bvadd level0 inc) root kept carried)))
(check-sat)
(pop)

(echo "holds: a level in between loses nothing")
(push)
(assert byTheLemma)
(assert (isConserved level0 root keptBefore inc))
(assert (not (isConserved level0 root kept carried)))
(check-sat)
(pop)

(echo "holds: the root loses nothing")
(push)
(assert (isConserved level0 root zero inc))
(assert (not (isConserved level0 (bvadd root inc) zero zero)))
(check-sat)
(pop)

(echo "fails: the carry is the difference of two multiples, rounded towards zero")
(push)
(define-fun truncated ((w Word)) Word (ite (bvslt w zero) (bvneg (highBits (bvneg w) mask)) (highBits w mask)))
(assert (distinct out (bvsub (truncated res) (truncated orig))))
(check-sat)
(pop)

(echo "fails: a node above level 0 keeps less than its mask less the mask below")
(push)
(assert isAbove)
(assert (not (bvult (lowBits res mask) (bvsub mask below))))
(check-sat)
(pop)

(echo "fails: a node keeps what it kept where the carry is passed on without the bits below the mask")
(push)
(assert (distinct (bvadd (lowBits orig mask) (highBits inc mask)) (bvadd (lowBits orig mask) inc)))
(check-sat)
(pop)

(echo "fails: with a carry from a second look, after somebody else has added, nothing is lost")
(push)
(declare-const later Word)
(define-fun seen () Word (bvadd res later))
(assert (distinct
  (bvadd (lowBits seen mask) (bvadd (carry res later mask) (carry (bvsub seen inc) inc mask)))
  (bvadd (lowBits orig mask) (bvadd inc later))))
(check-sat)
(pop)
