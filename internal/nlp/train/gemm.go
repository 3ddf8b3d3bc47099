package train

const (
	tileRows = 6
	tileCols = 16
)

// gemm multiplies matrices of float32, with scratch space that it keeps between calls; for one goroutine at a time.
type gemm struct {
	asm          bool
	packA, packB []float32
	tile         [tileRows * tileCols]float32
}

func newGemm() *gemm { return &gemm{asm: useKernel()} }

// matrix is a view of rows × cols floats, the rows stride apart.
type matrix struct {
	data               []float32
	rows, cols, stride int
	transposed         bool // read as cols × rows
}

// dense views a slice as a matrix without gaps.
func dense(data []float32, rows, cols int) matrix {
	return matrix{data: data, rows: rows, cols: cols, stride: cols}
}

// sub views the columns from on.
func (m matrix) sub(from, cols int) matrix {
	m.data, m.cols = m.data[from:], cols
	return m
}

// t views the transpose.
func (m matrix) t() matrix {
	m.transposed = !m.transposed
	return m
}

// shape gives rows and columns, after the transposition.
func (m matrix) shape() (rows, cols int) {
	if m.transposed {
		return m.cols, m.rows
	}
	return m.rows, m.cols
}

// steps gives the distance of two elements of a column and of a row.
func (m matrix) steps() (down, right int) {
	if m.transposed {
		return 1, m.stride
	}
	return m.stride, 1
}

// addMul does c += a · b; c must not be transposed.
func (g *gemm) addMul(c, a, b matrix) {
	m, k := a.shape()
	_, n := b.shape()
	if m == 0 || k == 0 || n == 0 {
		return
	}
	g.packA = pack(g.packA, a, m, k, tileRows)
	g.packB = pack(g.packB, b.t(), n, k, tileCols)
	for j := 0; j < n; j += tileCols {
		pb := g.packB[j*k:]
		for i := 0; i < m; i += tileRows {
			pa := g.packA[i*k:]
			if g.asm && i+tileRows <= m && j+tileCols <= n {
				kernel6x16(k, &pa[0], &pb[0], &c.data[i*c.stride+j], c.stride)
				continue
			}
			clear(g.tile[:])
			if g.asm {
				kernel6x16(k, &pa[0], &pb[0], &g.tile[0], tileCols)
			} else {
				kernelGo(k, pa, pb, g.tile[:])
			}
			for y := 0; y < tileRows && i+y < m; y++ {
				row := c.data[(i+y)*c.stride+j:]
				for x := 0; x < tileCols && j+x < n; x++ {
					row[x] += g.tile[y*tileCols+x]
				}
			}
		}
	}
}

// kernelGo is kernel6x16 in Go, into a tile without gaps.
func kernelGo(k int, a, b, c []float32) {
	for p := range k {
		ap, bp := a[p*tileRows:][:tileRows], b[p*tileCols:][:tileCols]
		for y, av := range ap {
			row := c[y*tileCols:][:tileCols]
			for x, bv := range bp {
				row[x] += av * bv
			}
		}
	}
}

// pack lays m × k elements out in strips of the given height, column after column, with zeros below the last row.
func pack(buf []float32, a matrix, m, k, height int) []float32 {
	strips := (m + height - 1) / height
	need := strips * height * k
	if cap(buf) < need {
		buf = make([]float32, need+need/4)
	}
	buf = buf[:need]
	down, right := a.steps()
	for s := range strips {
		out := buf[s*height*k:][:height*k]
		rows := min(height, m-s*height)
		if rows < height {
			clear(out)
		}
		src := a.data[s*height*down:]
		switch {
		case down == 1 && rows == tileCols:
			for p := range k {
				*(*[tileCols]float32)(out[p*tileCols:]) = *(*[tileCols]float32)(src[p*right:])
			}
		case down == 1 && rows == tileRows && height == tileRows:
			for p := range k {
				*(*[tileRows]float32)(out[p*tileRows:]) = *(*[tileRows]float32)(src[p*right:])
			}
		case right == 1 && rows == tileRows && height == tileRows:
			r0, r1, r2 := src[:k], src[down:][:k], src[2*down:][:k]
			r3, r4, r5 := src[3*down:][:k], src[4*down:][:k], src[5*down:][:k]
			for p := range k {
				*(*[tileRows]float32)(out[p*tileRows:]) = [tileRows]float32{r0[p], r1[p], r2[p], r3[p], r4[p], r5[p]}
			}
		default:
			for y := range rows {
				for p := range k {
					out[p*height+y] = src[y*down+p*right]
				}
			}
		}
	}
	return buf
}
