package memoryimage

import (
	"image"
	"image/color"
	"math"

	"golang.org/x/image/draw"
)

// turned sets a picture upright.
func turned(in image.Image, orientation int) image.Image {
	if orientation < 2 || orientation > 8 {
		return in
	}
	b := in.Bounds()
	w, h := b.Dx(), b.Dy()
	size := image.Rect(0, 0, w, h)
	if orientation >= 5 {
		size = image.Rect(0, 0, h, w)
	}
	out := image.NewRGBA(size)
	for y := range size.Dy() {
		for x := range size.Dx() {
			fromX, fromY := source(orientation, x, y, w, h)
			out.Set(x, y, in.At(b.Min.X+fromX, b.Min.Y+fromY))
		}
	}
	return out
}

// source is where a point of the upright picture stands in one that lies so.
func source(orientation, x, y, w, h int) (int, int) {
	switch orientation {
	case 2:
		return w - 1 - x, y
	case 3:
		return w - 1 - x, h - 1 - y
	case 4:
		return x, h - 1 - y
	case 5:
		return y, x
	case 6:
		return y, h - 1 - x
	case 7:
		return w - 1 - y, h - 1 - x
	}
	return w - 1 - y, x
}

// Sizes that recognition likes: letters of a page about this high read well, larger ones only take time.
const (
	goodSide = 2200
	maxSide  = 5000
)

// readable gives a picture in greys on white, at a size that recognition likes.
func readable(in image.Image) *image.Gray {
	b := in.Bounds()
	long := max(b.Dx(), b.Dy())
	scale := 1.0
	switch {
	case long < goodSide:
		scale = math.Min(3, goodSide/float64(long))
	case long > maxSide:
		scale = maxSide / float64(long)
	}
	size := image.Rect(0, 0, max(int(float64(b.Dx())*scale), 1), max(int(float64(b.Dy())*scale), 1))
	out := image.NewGray(size)
	draw.Draw(out, size, image.NewUniform(color.White), image.Point{}, draw.Src)
	if scale == 1 {
		draw.Draw(out, size, in, b.Min, draw.Over)
		return out
	}
	draw.CatmullRom.Scale(out, size, in, b, draw.Over, nil)
	return out
}

// Bounds of an image of a page for people.
const (
	maxWidth  = 2400
	maxHeight = 9600
)

// sized gives a picture on white at a width, less where it would be too high.
func sized(in image.Image, width int) *image.RGBA {
	b := in.Bounds()
	scale := math.Min(float64(min(max(width, 1), maxWidth))/float64(b.Dx()), maxHeight/float64(b.Dy()))
	size := image.Rect(0, 0, max(int(float64(b.Dx())*scale+0.5), 1), max(int(float64(b.Dy())*scale+0.5), 1))
	out := image.NewRGBA(size)
	draw.Draw(out, size, image.NewUniform(color.White), image.Point{}, draw.Src)
	draw.ApproxBiLinear.Scale(out, size, in, b, draw.Over, nil)
	return out
}
